/** The one version of the API that the gateway and this practice Stripe speak. */
export const API_VERSION = "2026-10-28.endive";
