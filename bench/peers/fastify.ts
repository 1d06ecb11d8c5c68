// What a bare Fastify does: an echo of the JSON it is sent, and a greeting.

import Fastify from 'fastify';

const app = Fastify({ bodyLimit: 2 ** 30 });
app.post('/echo', (request, reply) => reply.send(request.body));
app.all('/hello', () => ({ hello: 'world' }));
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });
