/** triggers */
export const en = {};
