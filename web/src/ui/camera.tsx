// Reading a code with the device's own camera, where the browser can.
import { useEffect, useRef, useState } from "preact/hooks";
import { Sheet } from "./sheet";

/** As far as it is used; TypeScript does not know it. */
interface Detector {
    detect(from: HTMLVideoElement): Promise<readonly { rawValue: string }[]>;
}
type DetectorClass = new (wanted: { formats: string[] }) => Detector;

const lookEvery = 200; // ms

export interface CameraTexts {
    title: string;
    /** What the picture is. */
    sees: string;
    how: string;
    /** Of a code that is none of those wanted. */
    other: string;
    /** The camera could not be had. */
    shut: string;
}

interface Props {
    says: CameraTexts;
    isRight(code: string): boolean;
    onFound(code: string): void;
    onClose(): void;
}

export function Camera({ says, isRight, onFound, onClose }: Props) {
    const video = useRef<HTMLVideoElement>(null);
    const [said, setSaid] = useState("");
    useEffect(() => {
        const { BarcodeDetector } = window as unknown as { BarcodeDetector: DetectorClass };
        const detector = new BarcodeDetector({ formats: ["qr_code"] });
        let stream: MediaStream | null = null;
        let isOver = false;
        let timer = 0;
        async function look(): Promise<void> {
            const codes = video.current ? await detector.detect(video.current).catch(() => []) : [];
            const code = codes.find(({ rawValue }) => isRight(rawValue));
            if (isOver) {
                return;
            }
            if (code) {
                onFound(code.rawValue);
                return;
            }
            setSaid(codes.length > 0 ? says.other : "");
            timer = window.setTimeout(() => void look(), lookEvery);
        }
        async function start(): Promise<void> {
            stream = await navigator.mediaDevices.getUserMedia({
                video: { facingMode: "environment" },
            });
            if (video.current && !isOver) {
                video.current.srcObject = stream;
                await video.current.play();
                void look();
            } else {
                stop();
            }
        }
        function stop(): void {
            isOver = true;
            clearTimeout(timer);
            for (const track of stream?.getTracks() ?? []) {
                track.stop();
            }
        }
        start().catch(() => setSaid(says.shut));
        return stop;
    }, []);
    return (
        <Sheet title={says.title} onClose={onClose}>
            <video ref={video} class="camera" muted playsInline aria-label={says.sees} />
            <p role="status">{said || says.how}</p>
        </Sheet>
    );
}
