# syntax=docker/dockerfile:1
# Two images:
#   docker build -t lockstep .                               worker, relay and starter, by their command
#   docker build --target emulators -t lockstep-emulators . the stand-ins for both vendors and the sample shop
# Debian, not Alpine: the native part of Temporal's SDK needs glibc.
ARG NODE_IMAGE=node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No package here needs an install script.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
COPY emulators ./emulators
COPY demo ./demo
RUN node scripts/build.mjs

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts \
  && case "$(uname -m)" in x86_64) keep=x86_64-unknown-linux-gnu ;; *) keep=aarch64-unknown-linux-gnu ;; esac \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$keep" -exec rm -r {} +

FROM ${NODE_IMAGE} AS emulators
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY deploy/answers.mjs ./deploy/answers.mjs
COPY samples ./samples
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
USER 1000:1000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "deploy/answers.mjs", "http://127.0.0.1:4010/__emulator/state?part=counts"]
CMD ["node", "dist/emulators/stokly/main.js"]

FROM ${NODE_IMAGE} AS lockstep
# With more arenas glibc keeps some 30 MiB of what a worker freed.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
WORKDIR /app
COPY package.json LICENSE ./
COPY deploy/answers.mjs ./deploy/answers.mjs
COPY --from=dependencies /build/node_modules ./node_modules
COPY --from=build /build/dist/workflow-bundle.js ./dist/workflow-bundle.js
COPY --from=build /build/dist/src ./dist/src
# Numbers: whoever checks that nothing runs as root need not look into the image.
USER 1000:1000
# The worker's; docker-compose.yml says each other program's.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "deploy/answers.mjs", "http://127.0.0.1:9464/metrics"]
CMD ["node", "dist/src/worker.js"]
