/** operations */
export const ko = {};
