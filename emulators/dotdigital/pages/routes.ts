import type { FastifyInstance } from 'fastify';
import type { Emulator } from '../emulator.js';

export function registerPages(app: FastifyInstance, _emulator: Emulator): void {
  app.get('/', async () => 'Dotdigital emulator');
}
