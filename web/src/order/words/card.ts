// What the page says of paying by card: English comes with the code for it.
export const card = {
    practice: "Practice: no real money moves. Use a test card.",
    cardTitle: "Pay by card",
    reservedOnly: "Your bank reserves the money. You are charged when the kitchen accepts.",
    payNow: "Pay {price}",
    paying: "Asking your bank …",
    paySent: "Your bank agreed. The stall is being told …",
    notPaid: "It was not paid: {why}",
} as const;
