export const run = async () => {
  throw new Error('kill-server');
};
