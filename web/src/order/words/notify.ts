// What the page says of telling somebody who does not look at it: English comes with the code.
export const notify = {
    tellMe: "Tell me when it is ready",
    tellOn: "Your phone tells you when it is ready. You may close this page.",
    tellSms: "A text message comes when it is ready.",
    tellOff: "Do not tell me",
    tellDenied:
        "This browser may not show messages. Allow notifications for this page in its settings.",
    tellUnable: "This browser cannot show messages when the page is closed.",
    tellHomeScreen:
        "On an iPhone or iPad: tap Share, then “Add to Home Screen”, and open the page from there.",
    smsLabel: "A text message to this number when it is ready",
    smsHint: "With the country’s code: +44 7700 900123. It is erased when your order is over.",
    smsSend: "Send me a text",
    smsWrong: "That is no whole number. It begins with + and the country’s code.",
    tellBusy: "One moment …",
} as const;
