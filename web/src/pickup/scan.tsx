// Reading an order's code with the tablet's camera.
import { Camera } from "../ui/camera";
import { isCode } from "./hand-over";
import { t } from "./words";

interface Props {
    onFound(code: string): void;
    onClose(): void;
}

export function OrderCamera(props: Props) {
    const says = {
        title: t("scanTitle"),
        sees: t("cameraSees"),
        how: t("cameraHow"),
        other: t("otherCode"),
        shut: t("cameraShut"),
    };
    return <Camera says={says} isRight={isCode} {...props} />;
}
