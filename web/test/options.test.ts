import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
    BadOptions,
    draftsOf,
    type GroupDraft,
    groupsOfDrafts,
    moved,
    newChoice,
    newGroup,
    putBack,
    refusedOptions,
    without,
    wrongsOf,
} from "../src/office/options-edit";
import { language } from "../src/office/words";

const size = {
    name: "Size",
    min: 1,
    max: 1,
    choices: [
        { name: "small", price: -50 },
        { name: "usual", price: 0 },
        { name: "large", price: 150 },
    ],
};

const drafted = (part: Partial<GroupDraft> = {}): GroupDraft => ({
    ...(draftsOf([size], 2)[0] as GroupDraft),
    ...part,
});

beforeEach(() => {
    language.value = "en";
});

describe("options that are edited", () => {
    it("stand in their fields as people write them, and are sent as they were", () => {
        const [group] = draftsOf([size], 2);
        expect(group?.choices.map(({ price }) => price)).toEqual(["-0.50", "", "+1.50"]);
        expect(groupsOfDrafts(draftsOf([size], 2), 2)).toEqual([size]);
    });

    it("are moved by one place, and stay where there is none further", () => {
        const list = ["a", "b", "c"];
        expect(moved(list, 0, 1)).toEqual(["b", "a", "c"]);
        expect(moved(list, 2, -1)).toEqual(["a", "c", "b"]);
        expect(moved(list, 0, -1)).toBe(list);
        expect(moved(list, 2, 1)).toBe(list);
    });

    it("come back where they were when a removal is undone", () => {
        fc.assert(
            fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.nat(), (list, any) => {
                const at = any % list.length;
                const one = list[at] as number;
                expect(putBack(without(list, at), at, one)).toEqual(list);
            }),
        );
    });

    it("keep what was written meanwhile when a removal is undone", () => {
        const [one, other] = [drafted({ name: "One" }), drafted({ name: "Other" })];
        const changed = { ...other, name: "Changed" };
        expect(putBack([changed], 0, one).map(({ name }) => name)).toEqual(["One", "Changed"]);
        expect(putBack([], 3, one)).toEqual([one]);
    });
});

describe("what is wrong with options", () => {
    const wrongOf = (part: Partial<GroupDraft>) => Object.fromEntries(wrongsOf([drafted(part)], 2));

    it("is told at its field, as the node names it", () => {
        expect(wrongOf({ name: "" })).toEqual({
            "/groups/0/name": "Give it a name, so that people know it.",
        });
        expect(wrongOf({ most: "4" })).toEqual({
            "/groups/0/max": "At most: write a whole number from 1 to 3.",
        });
        expect(wrongOf({ least: "2" })).toEqual({
            "/groups/0/min": "At least: write a whole number from 0 to 1.",
        });
        expect(wrongOf({ choices: [newChoice("a", "much")] })).toEqual({
            "/groups/0/choices/0/price": "Write an amount, as 2.50 or -0.50; nothing is 0.",
        });
        expect(wrongOf({ choices: [newChoice("a"), newChoice("b|c")] })).toEqual({
            "/groups/0/choices/1/name":
                "Leave out ; and : and |, which part options in a file of the menu.",
        });
        expect(wrongOf({ name: "ä".repeat(41) })).toEqual({
            "/groups/0/name": "Name: shorten it, there is room for 80 letters.",
        });
    });

    it("is a name that two have", () => {
        expect(wrongOf({ choices: [newChoice("a"), newChoice(" a")] })).toEqual({
            "/groups/0/choices/0/name": "Two are called a: nobody could tell them apart.",
            "/groups/0/choices/1/name": "Two are called a: nobody could tell them apart.",
        });
    });

    it("is a group without a choice", () => {
        expect(wrongOf({ choices: [], least: "0" })).toMatchObject({
            "/groups/0/choices": "Add a choice, or remove the group.",
        });
    });

    it("keeps them from being sent", () => {
        expect(() => groupsOfDrafts([newGroup()], 2)).toThrow(BadOptions);
    });

    it("is found in what the node refuses", () => {
        expect([...refusedOptions("/groups/1/choices/0/price: too large").keys()]).toEqual([
            "/groups/1/choices/0/price",
        ]);
        expect(refusedOptions("/groups: too large").get("/groups")).toContain("“too large”");
        expect(refusedOptions("/price: too large").size).toBe(0);
        expect(refusedOptions("").size).toBe(0);
    });
});
