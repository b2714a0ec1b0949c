export const run = async () => {
  throw new Error('log');
};
