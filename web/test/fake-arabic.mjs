// The fake node's menu and its orders as they are called where Arabic is spoken.

const names = {
    Grill: "الشواء",
    Bowls: "الأطباق",
    Sides: "الجانبية",
    Sweets: "الحلويات",
    Drinks: "المشروبات",
    Cheeseburger: "برجر بالجبن",
    "Double burger": "برجر مضاعف",
    "Halloumi burger": "برجر حلومي",
    "Chicken wrap": "لفة دجاج",
    "Lamb skewer": "سيخ لحم ضأن",
    "Corn on the cob": "ذرة مشوية",
    "Falafel bowl": "طبق فلافل",
    "Grain bowl": "طبق حبوب",
    "Tuna bowl": "طبق تونة",
    Fries: "بطاطا مقلية",
    "Sweet potato fries": "بطاطا حلوة مقلية",
    "Onion rings": "حلقات بصل",
    Coleslaw: "سلطة كرنب",
    Brownie: "براوني",
    "Lemon tart": "تارت ليمون",
    "Ice cream": "مثلجات",
    Lemonade: "ليموناضة",
    "Iced tea": "شاي مثلج",
    Water: "ماء",
    Coffee: "قهوة",
    Size: "الحجم",
    Small: "صغير",
    Large: "كبير",
    Extras: "إضافات",
    Cheddar: "جبن شيدر",
    Bacon: "لحم مقدد",
    Jalapeños: "فلفل حار",
    "No onions": "بدون بصل",
    Sauce: "الصلصة",
    "Garlic yoghurt": "لبن بالثوم",
    Chili: "شطة",
    Tahini: "طحينة",
};

const called = (name) => names[name] ?? name;

/** What is called so, and all that it holds. */
function rename(thing) {
    for (const [key, value] of Object.entries(thing ?? {})) {
        if (key === "name" || key === "category") {
            thing[key] = called(value);
        } else if (typeof value === "object") {
            rename(value);
        }
    }
}

/** @param node a fake one, as fakeDay() left it */
export function speakArabic(node) {
    const menu = structuredClone(node.menu); // its groups are shared by items, and by nodes
    rename(menu);
    node.menu = menu;
    for (const order of node.orders.values()) {
        rename(order.lines);
    }
}
