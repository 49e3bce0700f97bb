import { defineConfig } from "@playwright/test";

// Debian's own browser without its windows, which were half of its work, and nothing that it
// would fetch by itself.
const browser = {
    executablePath: "/usr/bin/chromium-headless-shell",
    args: [
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // A name that is not loopback, as a tablet on the stall's network has: no secure context.
        "--host-resolver-rules=MAP stall.example 127.0.0.1",
    ],
};

export default defineConfig({
    testDir: ".",
    outputDir: "../../web/test-results",
    timeout: 300_000, // of a whole story, on a machine that builds something else besides
    expect: { timeout: 30_000 },
    fullyParallel: false,
    // More than cores: a test keeps half of one busy, and waits for nodes and for what the screens
    // do by the clock.
    workers: 3,
    retries: 0,
    forbidOnly: true,
    reporter: [["list"]],
    use: { browserName: "chromium", launchOptions: browser, locale: "en-GB", timezoneId: "UTC" },
});
