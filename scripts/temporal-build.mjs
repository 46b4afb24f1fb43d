import { join } from 'node:path';
import { buildWithGo } from './go-build.mjs';
import { ROOT } from './run-command.mjs';

const MODULE_FOLDER = join(ROOT, 'tools', 'temporal-server');
const PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
const VERSION_VARIABLE = 'github.com/temporalio/cli/internal/temporalcli.Version';

/**
 * Temporal's command line from source, in the versions that tools/temporal-server pins.
 *
 * @param {string} version
 * @param {string} target
 * @returns {Promise<string | null>} null when done, else why not
 */
export function buildTemporal(version, target) {
  const options = ['-ldflags', `-s -w -X ${VERSION_VARIABLE}=${version}`];
  return buildWithGo({ what: `Temporal ${version}`, moduleFolder: MODULE_FOLDER, package: PACKAGE, options }, target);
}
