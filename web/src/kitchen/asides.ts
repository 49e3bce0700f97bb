// What a ticket asks of a cook now and then, beside what is to be made.
export { AlsoAt } from "./also-at";
export { Amend } from "./amend";
export { News } from "./news";
