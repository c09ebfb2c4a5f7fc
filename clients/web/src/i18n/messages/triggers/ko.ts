/** triggers */
export const ko = {};
