/** projects */
export const en = {};
