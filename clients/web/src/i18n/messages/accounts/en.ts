/** accounts */
export const en = {};
