// Reads a list of calls from standard input and prints what ccxt would send for each. The first argument is the folder
// that holds node_modules; nothing is sent.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ccxt = createRequire(join(process.argv[2], 'package.json'))('ccxt');
const { now, uuid, random, calls } = JSON.parse(readFileSync(0, 'utf8'));
const answers = calls.map((call) => {
    const exchange = new ccxt[call.exchange]({ apiKey: call.key, secret: call.secret, password: call.passphrase });
    exchange.milliseconds = () => now;
    exchange.seconds = () => Math.floor(now / 1000);
    exchange.microseconds = () => now * 1000;
    exchange.uuid = () => uuid;
    exchange.randomBytes = () => random;
    exchange.uuid22 = () => uuid.replaceAll('-', ''); // LBank sends the one before the other
    exchange.uuid16 = () => '';
    try {
        const { url, method, body, headers } = exchange.sign(call.path, call.api, call.method, call.params, undefined, undefined);
        return { url, method, body: body ?? '', headers: headers ?? {} };
    } catch (e) {
        return { error: String(e) };
    }
});
process.stdout.write(JSON.stringify(answers));
