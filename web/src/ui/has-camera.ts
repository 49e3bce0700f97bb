/** A camera may be used, and what it sees be read. */
export const hasCamera =
    isSecureContext && "BarcodeDetector" in window && navigator.mediaDevices !== undefined;
