import { shop } from './app.js';

const server = shop().listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address();
  console.log(`Listening on http://localhost:${typeof address === 'object' ? address?.port : address}\n`);
});
