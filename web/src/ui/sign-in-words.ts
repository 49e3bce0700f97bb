// What signing in says, in one place.
export const words = {
    title: "Who works here?",
    number: "Your number",
    pin: "PIN",
    signIn: "Sign in",
    wait: "One moment",
    lock: "Lock now",
    signOut: "Sign out",
    clear: "Delete the last digit",
    works: (name: string) => `${name} works here now.`,
    staff: (number: number) => `Staff ${number}`,
    wrong: "That number and PIN do not go together.",
    locked: (seconds: number) =>
        seconds > 90
            ? `Too many wrong PINs. Try again in ${Math.ceil(seconds / 60)} minutes.`
            : `Too many wrong PINs. Try again in ${seconds} s.`,
    open:
        "A PIN passes over https alone. Open this page by the stall's https address, or on the " +
        "device itself.",
    mayNot: "Your role may not see this screen. Somebody else may sign in.",
    silent: "This device's node does not answer. Look whether it runs, then try again.",
} as const;
