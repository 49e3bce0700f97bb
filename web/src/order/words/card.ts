// What the page says of paying by card: English comes with the code for it.
export const card = {
    practice: "Practice: no real money moves. Use a test card.",
    cardTitle: "Pay by card",
    reservedOnly: "Your bank reserves the money. You are charged when the kitchen accepts.",
    payNow: "Pay {price}",
    paying: "Asking your bank …",
    paySent: "Your bank agreed. The stall is being told …",
    notPaid: "It was not paid: {why}",
    lastFailed: "It was not paid. Try again, or with another card.",
    notAnswered:
        "Your bank’s question was not answered. Pay again, with this card or with another.",
    undecided: "Your bank has not decided yet. Do not pay again: this page shows what it says.",
    backUnknown:
        "The stall cannot hear yet what your bank said. Wait a little before you pay again.",
} as const;
