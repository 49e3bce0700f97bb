// Which language the office speaks.
import { chooseLanguage, language, languages, t } from "./words";

export function Languages() {
    return (
        <select
            aria-label={t("language")}
            value={language.value}
            onChange={(event) => chooseLanguage(event.currentTarget.value)}
        >
            {Object.entries(languages).map(([code, name]) => (
                <option key={code} value={code} lang={code} selected={code === language.value}>
                    {name}
                </option>
            ))}
        </select>
    );
}
