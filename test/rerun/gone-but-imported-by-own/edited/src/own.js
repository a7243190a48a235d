const { app } = require('./app');
