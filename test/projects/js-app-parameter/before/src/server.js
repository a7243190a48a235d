import { shop } from './app.js';

shop().listen(process.env.PORT ?? 3000);
