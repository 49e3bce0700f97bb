// The counter wants more or fewer of what a cook has begun: the cook decides.
import type { Line, Order } from "../base/protocol";
import { Icon } from "../ui/icon";
import type { Kitchen } from "./kitchen";

interface AmendProps {
    kitchen: Kitchen;
    order: Order;
    line: Line;
}

export function Amend({ kitchen, order, line }: AmendProps) {
    return (
        <div class="amend">
            <p>
                <Icon name="warn" /> The counter wants {line.wished} instead of {line.quantity}.
            </p>
            <button type="button" onClick={() => kitchen.amend(order, line, true)}>
                Make it {line.wished}
            </button>
            <button type="button" onClick={() => kitchen.amend(order, line, false)}>
                Keep {line.quantity}
            </button>
        </div>
    );
}
