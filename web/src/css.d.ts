// A stylesheet as a text, which Vite makes of it.
declare module "*.css?inline" {
    const css: string;
    export default css;
}
