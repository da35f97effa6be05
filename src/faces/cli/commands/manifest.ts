import { SealscopeError } from '../../../base/error'
import { generateManifest } from '../../../rules/image-builder/generate'
import { hasPlaceholders } from '../../../answers/plan/frame'
import { manifestRequest, type PlanRequest } from '../../../answers/plan/request'
import type { Answer } from './answers'
import type { Arguments } from '../arguments'
import { jsonText } from '../print/json-text'
import { printWarning } from '../print/output'
import { requestOfSource } from '../plan-source'
import { onlyRequest, readRequests, writeCases } from '../request-files'

/** `sealscope manifest SOURCE`, or `--request FILE [-o DIR]`. */
export async function manifest(args: Arguments): Promise<Answer> {
  const file = args.text('request')
  if (file === null) return writeOne(withDigests(args, await requestOfSource(args)))
  const requests = readRequests(args, file)
  const folder = args.text('output')
  return folder === null ? writeOne(onlyRequest(requests)) : writeAll(requests, folder)
}

/** A manifest with placeholders is none that image-builder writes. */
function withDigests(args: Arguments, request: PlanRequest): PlanRequest {
  const { options, bootc } = request.frame
  if (args.flag('mock-containers') || !hasPlaceholders(options, bootc.imgref)) return request
  throw new SealscopeError({
    kind: 'usage',
    code: 'payload-digests',
    what: `the digests of the installer payload ${JSON.stringify(options.installerPayloadRef)} are not known`,
    expected: '--mock-containers for placeholders, or a request file that lists them under "containers"', // prettier-ignore
  })
}

function writeOne(request: PlanRequest): Answer {
  const result = generateManifest(manifestRequest(request))
  for (const warning of result.warnings) {
    printWarning(warning)
  }
  if (result.error !== null) {
    throw new SealscopeError({ code: 'manifest-refused', what: result.error.text })
  }
  return { text: result.text(), exitCode: 0 }
}

function writeAll(requests: readonly PlanRequest[], folder: string): Answer {
  writeCases(requests, folder, (request, files) => {
    const result = generateManifest(manifestRequest(request))
    if (result.manifest === null) files.remove('.manifest.json')
    else files.write('.manifest.json', result.text())
    const { name } = request
    const { warnings, error, exports, filename, mimeType } = result
    const summary = { name, warnings, error: error?.text ?? null, exports, filename, mimeType }
    files.write('.result.json', jsonText(summary))
  })
  return { text: '', exitCode: 0 }
}
