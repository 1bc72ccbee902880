# One image for the API, the worker and the commands; what runs is said where it is started.

FROM node:26-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Without install scripts: the only one that does anything fetches the pinned Node, and this image is built on it.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:26-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json package-lock.json ./
COPY scripts scripts
COPY src src
# npm keeps its cache in the home folder, and the image's file system is read-only where it runs.
ENV npm_config_cache=/tmp/npm npm_config_update_notifier=false
USER node
EXPOSE 4000 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/api.ts"]
