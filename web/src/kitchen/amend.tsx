// The counter wants more or fewer of what a cook has begun: the cook decides.
import type { Line, Order } from "../base/protocol";
import { Icon } from "../ui/icon";
import type { Kitchen } from "./kitchen";
import { t } from "./words";

interface AmendProps {
    kitchen: Kitchen;
    order: Order;
    line: Line;
}

export function Amend({ kitchen, order, line }: AmendProps) {
    const { wished, quantity } = line;
    return (
        <div class="amend">
            <p>
                <Icon name="warn" /> {t("amendAsk", { wished, quantity })}
            </p>
            <button type="button" onClick={() => kitchen.amend(order, line, true)}>
                {t("amendYes", { wished })}
            </button>
            <button type="button" onClick={() => kitchen.amend(order, line, false)}>
                {t("amendNo", { quantity })}
            </button>
        </div>
    );
}
