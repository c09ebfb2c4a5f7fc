/** accounts */
export const ko = {};
