// Every test has the words of what it imports: English, and the others where it asks for them.
import { beforeAll } from "vitest";
import { language, learn } from "../src/base/catalogue";
import { isLanguage, languages } from "../src/base/locale";

beforeAll(async () => {
    for (const each of Object.keys(languages).filter(isLanguage)) {
        language.value = each;
        await learn();
    }
    language.value = "en";
});
