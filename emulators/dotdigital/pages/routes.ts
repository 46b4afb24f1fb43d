import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Emulator } from '../emulator.js';
import type { Query } from '../paging.js';
import { contactPage } from './contact-page.js';
import { homePage } from './home.js';
import { html } from './html.js';
import { layout } from './layout.js';

/** Pages for people: server-rendered, no script, nothing from elsewhere. */
export function registerPages(app: FastifyInstance, emulator: Emulator): void {
  app.get('/', async (request, reply) => {
    emulator.jobs.runDue();
    const query = request.query as Query;
    const refresh = Number(query['refresh'] ?? '0');
    return sendPage(
      reply,
      homePage(emulator, {
        search: query['q'] ?? '',
        page: Math.floor(Number(query['page'] ?? '1')) || 1,
        refreshSeconds: refresh >= 1 && refresh <= 3600 ? refresh : null,
      }),
    );
  });

  app.get<{ Params: { contactId: string } }>('/view/contacts/:contactId', async (request, reply) => {
    emulator.jobs.runDue();
    const contact = emulator.contacts.byId(Number(request.params.contactId));
    if (contact !== undefined) return sendPage(reply, contactPage(emulator, contact));
    const body = html`<h2>No such contact</h2><p>There is no contact with the id ${request.params.contactId}.
<a href="/">All contacts</a></p>`;
    return sendPage(reply.code(404), layout({ title: 'No such contact', body }));
  });
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply
    .header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
    .header('Cache-Control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(page);
}
