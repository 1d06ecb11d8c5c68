// Traces by OpenTelemetry, sent as OTLP over HTTP: a span for each request and one below it for each of its phases.
//
// Workers know nothing of it. They measure their phases anyway, and spans may be made after the fact: the context of a
// request need not travel to its worker and back, and a worker starts without the library.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '@opentelemetry/api';
import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import type { Sampler } from '@opentelemetry/sdk-trace';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Config } from '../config.ts';
import { phasesOf } from './phases.ts';
import type { RequestSpan, Tracing } from './tracing.ts';

type Knobs = Pick<Config, 'OTEL_SERVICE_NAME' | 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'>;

/** How long a server that stops waits for the collector. */
const lastMs = 2000;

/** Sends spans to a collector; `warn` is told what cannot be sent. */
export function traceTo(url: string, knobs: Knobs, version: string, warn: (error: unknown) => void): Tracing {
  setGlobalErrorHandler(warn);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(
        resourceFromAttributes({
          'service.name': knobs.OTEL_SERVICE_NAME,
          'service.version': version,
          'service.instance.id': randomUUID(),
        }),
      ),
    sampler: samplerOf(knobs),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) })],
  });
  const tracer = provider.getTracer('cotangent', version);
  const propagator = new W3CTraceContextPropagator();

  return {
    begin({ id, method, route, scheme, path, headers }): RequestSpan {
      const caller = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
      const span = tracer.startSpan(
        `${method} ${route}`,
        {
          kind: SpanKind.SERVER,
          attributes: {
            'http.request.method': method,
            'http.route': route,
            'url.path': path,
            'url.scheme': scheme,
            'cotangent.request_id': id,
          },
        },
        caller,
      );
      const within = trace.setSpan(caller, span);
      return {
        traceId: span.spanContext().traceId,
        worked(trail) {
          if (!span.isRecording()) return;
          for (const { phase, begun, ms } of phasesOf(trail)) child(phase, begun, ms, within);
          const computed = trail.measured?.computed;
          if (computed === undefined) return;
          span.setAttributes({
            'cotangent.graph_id': computed.graph_id,
            'cotangent.plan': computed.plan,
            'cotangent.flops': computed.flops,
            'cotangent.peak_bytes': computed.peak_bytes,
          });
        },
        end(status, code) {
          span.setAttribute('http.response.status_code', status);
          if (code !== undefined) span.setAttribute('error.type', code);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    async close() {
      const late = sleep(lastMs, new Error('the collector did not take the last spans in time'), { ref: false });
      const failure = await Promise.race([provider.shutdown().catch((error: unknown) => error), late]);
      if (failure !== undefined) warn(failure);
    },
  };

  function child(name: string, begun: number, ms: number, within: Context): void {
    tracer.startSpan(name, { startTime: begun }, within).end(begun + ms);
  }
}

function samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio }: Knobs): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}
