/** operations */
export const en = {};
