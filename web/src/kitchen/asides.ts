// What the board says and asks beside what is to be made, and what opens over it.
export { AlsoAt } from "./also-at";
export { Amend } from "./amend";
export { Loads } from "./loads";
export { News } from "./news";
export { OpenPanel } from "./panels";
export { Stations } from "./station-choice";
