import { connect, constants } from 'node:http2';
import { loopback } from './ports.ts';

const service = 'temporal.api.workflowservice.v1.WorkflowService';

/**
 * Whether the Temporal server on a loopback port answers its health check with SERVING.
 *
 * An open port is not enough: the frontend listens about 0.1 s before it serves. One unary call of the gRPC health checking
 * protocol (grpc.health.v1.Health/Check) over plain HTTP/2, written out: it needs no client library.
 */
export function isServing(port: number, timeoutMs = 1_000): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${loopback}:${port}`);
    const parts: Buffer[] = [];
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), timeoutMs);
    session.on('error', () => end(false));
    const call = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    });
    call.on('error', () => end(false));
    call.on('data', (part: Buffer) => parts.push(part));
    call.on('end', () => end(saysServing(Buffer.concat(parts))));
    call.end(request());
  });
}

/** gRPC frame (flag, 4-byte length) around `HealthCheckRequest {string service = 1}`. */
function request(): Buffer {
  const message = Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** `HealthCheckResponse {ServingStatus status = 1}`, SERVING = 1. */
function saysServing(answer: Buffer): boolean {
  return answer.subarray(5).equals(Buffer.from([0x08, 0x01]));
}
