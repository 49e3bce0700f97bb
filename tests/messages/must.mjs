// What a scene insists on.

export function must(isSo, words) {
    if (!isSo) throw new Error(words);
}
