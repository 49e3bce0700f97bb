// The menu of the fake node: enough of everything that a screen has to show.

const size = {
    name: "Size",
    min: 1,
    max: 1,
    choices: [
        { name: "Small", price: 0 },
        { name: "Large", price: 150 },
    ],
};
const extras = {
    name: "Extras",
    min: 0,
    max: 3,
    choices: [
        { name: "Cheddar", price: 100 },
        { name: "Bacon", price: 180 },
        { name: "Jalapeños", price: 60 },
        { name: "No onions", price: 0 },
    ],
};
const sauce = {
    name: "Sauce",
    min: 1,
    max: 2,
    choices: [
        { name: "Garlic yoghurt", price: 0 },
        { name: "Chili", price: 0 },
        { name: "Tahini", price: 50 },
    ],
};

/** name, price, allergens, diet, groups */
const categories = {
    Grill: [
        "grill",
        ["Cheeseburger", 950, ["gluten", "milk"], [], [extras]],
        ["Double burger", 1290, ["gluten", "milk"], [], [extras]],
        ["Halloumi burger", 980, ["gluten", "milk"], ["vegetarian"], [extras]],
        ["Chicken wrap", 870, ["gluten"], [], [sauce]],
        ["Lamb skewer", 1150, [], ["halal"], [sauce]],
        ["Corn on the cob", 450, ["milk"], ["vegetarian"], []],
    ],
    Bowls: [
        "cold",
        ["Falafel bowl", 1050, ["sesame"], ["vegan"], [sauce]],
        ["Grain bowl", 990, ["gluten", "nuts"], ["vegan"], []],
        ["Tuna bowl", 1250, ["fish", "soybeans"], [], []],
    ],
    Sides: [
        "fryer",
        ["Fries", 380, [], ["vegan"], [size]],
        ["Sweet potato fries", 450, [], ["vegan"], [size]],
        ["Onion rings", 420, ["gluten"], ["vegetarian"], []],
        ["Coleslaw", 300, ["eggs", "mustard"], ["vegetarian"], []],
    ],
    Sweets: [
        "cold",
        ["Brownie", 350, ["gluten", "eggs", "nuts"], ["vegetarian"], []],
        ["Lemon tart", 390, ["gluten", "eggs", "milk"], ["vegetarian"], []],
        ["Ice cream", 320, ["milk"], ["vegetarian"], []],
    ],
    Drinks: [
        "bar",
        ["Lemonade", 350, [], ["vegan"], [size]],
        ["Iced tea", 350, [], ["vegan"], []],
        ["Water", 200, [], ["vegan"], []],
        ["Coffee", 280, [], ["vegan"], []],
    ],
};

export function fakeMenu() {
    let number = 0;
    return Object.entries(categories).flatMap(([category, [station, ...items]]) =>
        items.map(([name, price, allergens, diet, groups], position) => {
            number += 1;
            return {
                number,
                name,
                category,
                position,
                price,
                tax_eat_in: 1900,
                tax_take_away: 700,
                station,
                stall: 0,
                tax: 0,
                allergens,
                diet,
                description: "",
                groups,
                hidden: false,
                stock_policy: "off",
                available: true,
                stock: { here: 0, all: 0, oversold: 0 },
                photo: "",
                price_conflict: false,
                conflict: false,
            };
        }),
    );
}
