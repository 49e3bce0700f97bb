// A photo of an item, made small where it was chosen: no larger than a phone shows it, and drawn
// anew, which leaves behind whatever else the file says (where it was taken, by which camera).
import { BadEntry } from "./why";
import { t } from "./words";

const sides = [640, 480, 320] as const; // px, the longer one
const qualities = [0.8, 0.65, 0.5] as const;
/** Below what the node takes: 64 KiB. */
export const photoBytes = 60 * 1024;

export interface Size {
    readonly width: number;
    readonly height: number;
}

/** As large as it is, or so that the longer side has @side pixels. */
export function sizeWithin({ width, height }: Size, side: number): Size {
    const scale = Math.min(1, side / Math.max(width, height));
    const scaled = (length: number): number => Math.max(1, Math.round(length * scale));
    return { width: scaled(width), height: scaled(height) };
}

/** Encodes the picture with a longest side and a quality. */
export type Encode = (side: number, quality: number) => Promise<Blob>;

/** The best that is small enough: rather a worse quality than fewer pixels. */
export async function small(encode: Encode): Promise<Blob> {
    for (const side of sides) {
        for (const quality of qualities) {
            const tried = await encode(side, quality);
            if (tried.size <= photoBytes) {
                return tried;
            }
        }
    }
    throw new BadEntry(t("photoLarge"));
}

function encoded(canvas: HTMLCanvasElement, type: string, quality: number): Promise<Blob | null> {
    return new Promise((done) => canvas.toBlob(done, type, quality));
}

function encoderOf(bitmap: ImageBitmap): Encode {
    return async (side, quality) => {
        const canvas = document.createElement("canvas");
        const { width, height } = Object.assign(canvas, sizeWithin(bitmap, side));
        const paper = canvas.getContext("2d");
        if (paper === null) {
            throw new BadEntry(t("photoNone"));
        }
        paper.fillStyle = "#fff"; // JPEG has no holes
        paper.fillRect(0, 0, width, height);
        paper.drawImage(bitmap, 0, 0, width, height);
        const webp = await encoded(canvas, "image/webp", quality);
        // A browser that writes no WebP gives PNG, which is large.
        const blob =
            webp?.type === "image/webp" ? webp : await encoded(canvas, "image/jpeg", quality);
        if (blob === null) {
            throw new BadEntry(t("photoNone"));
        }
        return blob;
    };
}

/** What is to be posted; throws a BadEntry. */
export async function photoOf(file: Blob): Promise<Blob> {
    let bitmap: ImageBitmap;
    try {
        bitmap = await createImageBitmap(file);
    } catch {
        throw new BadEntry(t("photoNone"));
    }
    try {
        return await small(encoderOf(bitmap));
    } finally {
        bitmap.close();
    }
}
