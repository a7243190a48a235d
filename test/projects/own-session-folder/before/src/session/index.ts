export const sessions = () => {};
