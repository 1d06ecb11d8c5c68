// GET /docs: the reference page of the contract, Swagger UI with every asset served from here.

import type { StaticDocumentSpec } from '@fastify/swagger';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { securePages } from './security.ts';

/** Nothing from elsewhere; Swagger UI writes its styles, and its icons as data, into the page. */
const policy =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'self'; frame-ancestors 'self'; object-src 'none'";

export const docsPath = '/docs';

export async function registerDocs(app: FastifyInstance, document: object, tls: boolean): Promise<void> {
  await app.register(fastifySwagger, {
    mode: 'static',
    specification: { document: document as StaticDocumentSpec['document'] },
  });
  await app.register(async (pages) => {
    securePages(pages, tls);
    await pages.register(fastifySwaggerUi, {
      routePrefix: docsPath,
      staticCSP: policy,
      uiConfig: {
        // Otherwise the page asks a validator elsewhere about this document.
        validatorUrl: null,
        tryItOutEnabled: true,
        displayRequestDuration: true,
        defaultModelsExpandDepth: 1,
      },
      theme: {
        title: 'Cotangent',
        // The bar at the top asks for another document to show: there is one.
        css: [{ filename: 'page.css', content: '.swagger-ui .topbar { display: none }' }],
      },
    });
  });
}
