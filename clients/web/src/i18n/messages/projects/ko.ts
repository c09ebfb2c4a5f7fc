/** projects */
export const ko = {};
