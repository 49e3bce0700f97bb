// Of parts whose words are English alone: others count by what their catalogue says.

export function count(amount: number, one: string, many: string): string {
    return `${amount} ${amount === 1 ? one : many}`;
}
