// The photo of an item in the office: chosen, replaced, taken away; each is done at once.
import { useState } from "preact/hooks";
import { direction } from "../base/language";
import type { MenuItem } from "../base/protocol";
import type { Office } from "./office";
import { photoOf } from "./photo";
import { language, t } from "./words";

interface Props {
    office: Office;
    item: MenuItem;
    isBusy: boolean;
    attempt(work: () => Promise<unknown>): Promise<boolean>;
}

export function PhotoField({ office, item, isBusy, attempt }: Props) {
    const [isAsked, setAsked] = useState(false);
    const path = `/api/menu/${item.number}`;
    const has = item.photo !== "";
    const choose = (input: HTMLInputElement): void => {
        const [file] = input.files ?? [];
        if (file !== undefined) {
            void attempt(async () => office.send("POST", `${path}/photo`, await photoOf(file)));
        }
        input.value = ""; // so that the same file can be chosen again
    };
    const remove = (): void => {
        setAsked(false);
        void attempt(() => office.send("PATCH", path, { photo: "" }));
    };
    return (
        <section
            class="item-photo"
            aria-label={t("photo")}
            lang={language.value}
            dir={direction(language.value)}
        >
            {has && (
                <img
                    src={`/api/photos/${item.photo}`}
                    alt={t("photoOf", { name: item.name })}
                    width="96"
                    height="96"
                />
            )}
            <div>
                <label>
                    {t(has ? "photoOther" : "photoChoose")}
                    <input
                        type="file"
                        accept="image/jpeg,image/png,image/webp,image/*"
                        disabled={isBusy}
                        onChange={(event) => choose(event.currentTarget)}
                    />
                </label>
                {!has && <p class="quiet">{t("photoHow")}</p>}
                {has && !isAsked && (
                    <button type="button" disabled={isBusy} onClick={() => setAsked(true)}>
                        {t("photoRemove")}
                    </button>
                )}
                {has && isAsked && (
                    <p class="item-photo-ask">
                        {t("photoAsk")}
                        <button type="button" class="primary" onClick={remove}>
                            {t("photoRemove")}
                        </button>
                        <button type="button" onClick={() => setAsked(false)}>
                            {t("photoKeep")}
                        </button>
                    </p>
                )}
            </div>
        </section>
    );
}
