import type { Connect, Plugin } from 'vite'
import { PROXY_PREFIX } from '../../image/registry/proxied'
import { createProxy } from './handler'
import { answerByProxy } from './node-adapter'
import { nodeHop } from './node-hop'
import { answerByFile, isLoopback } from './node-server'
import { rulesOf } from './rules'

/** The proxy inside `vite` and `vite preview`. */
export function registryProxy(): Plugin {
  return {
    name: 'sealscope-registry-proxy',
    configureServer: ({ middlewares, config }) =>
      void middlewares.use(proxyMiddleware(config.server.host)),
    configurePreviewServer: ({ middlewares, config }) =>
      void middlewares.use(proxyMiddleware(config.preview.host)),
  }
}

const SAMPLES = [{ prefix: 'samples/', folder: 'dist/samples' }]

/** The built-in samples, which `npm run build:samples` makes outside the folder of the page. */
export function builtInSamples(): Plugin {
  const serve: Connect.NextHandleFunction = (request, response, next) => {
    answerByFile(SAMPLES, request, response).then(
      (sent) => void (sent || next()),
      (thrown: unknown) => next(thrown),
    )
  }
  return {
    name: 'sealscope-built-in-samples',
    configureServer: ({ middlewares }) => void middlewares.use(serve),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(serve),
  }
}

/** @param host Vite's setting: nothing and false are `localhost`, true is every address */
function proxyMiddleware(host: string | boolean | undefined): Connect.NextHandleFunction {
  const loopback = typeof host === 'string' ? isLoopback(host) : host !== true
  const rules = rulesOf({ registries: [], privates: [], loopback })
  const handler = createProxy({ rules, hop: (rule) => nodeHop(rule) })
  return (request, response, next) => {
    const path = (request.originalUrl ?? request.url ?? '').split('?')[0] ?? ''
    if (!path.startsWith(`/${PROXY_PREFIX}`)) return next()
    void answerByProxy(handler, request, response, path.slice(PROXY_PREFIX.length + 1))
  }
}
