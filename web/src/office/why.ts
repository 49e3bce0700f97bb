// Why something was not done, as a sentence that says what to do.
import { Refusal } from "./node";
import { type Text, t } from "./words";

/** What is wrong in a form, in the words of a person. */
export class BadEntry extends Error {}

const byStatus: Readonly<Record<number, Text>> = {
    401: "why401",
    403: "why403",
    404: "why404",
    409: "why409",
    422: "why422",
    429: "why429",
    503: "why503",
    507: "why507",
};

export function whyNot(error: unknown): string {
    if (error instanceof BadEntry) {
        return error.message;
    }
    if (!(error instanceof Refusal)) {
        return t("whyNoAnswer");
    }
    const why = t(byStatus[error.status] ?? "whyOther");
    return error.told === "" ? why : t("whyTold", { why, told: error.told });
}
