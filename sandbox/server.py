"""Serves packages to the engine over the SDK's own provider protocol, one local port per package.

It uses the generated gRPC servicer, not `pulumi.provider.experimental`: that cannot send unknown values
(`PropertyValue.computed()` has no wire form), so its providers could not preview. The calls below are also shorter than
a workaround.

The engine opens one connection per provider instance, and sends the configuration on it once. Later calls do not name
the instance, so the connection identifies it.
"""

from collections.abc import Callable
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from catalogue.entry import Refused
from catalogue.package import Package
from catalogue.urns import stack_of
from catalogue.wire import Properties, from_struct, reveal, to_struct
from sandbox.clock.journal import Journal
from sandbox.cloud import Cloud, Difference, config_problems, read_config, spelled
from sandbox.store import Store

THREADS = 32  # the engine runs four operations per core by default; waiting threads cost little
MESSAGE_BYTES = 400 * 1024 * 1024  # the engine's own limit


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One package on the wire. A `Refused` becomes the call's error; any other exception is reported as a defect."""

    def __init__(self, package: Package, store: Store, journal: Journal):
        self._package = package
        self._store = store
        self._journal = journal
        self._instances: dict[str, Cloud] = {}

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=False, accept_outputs=False)

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=self._package.version)

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return _check_response(request.news, config_problems(self._package, self._config(request.news)))

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        old, new = from_struct(request.old_inputs), from_struct(request.news)
        changes = {key: "update" for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        replaces = self._package.config_replaces(self._config(request.old_inputs), self._config(request.news))
        return _diff_response(Difference(changes, frozenset(replaces), False))

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        stack = stack_of(request.urn)
        with _Refusal(context):
            where = self._package.configure(self._config(request.args), stack)
            self._instances[context.peer()] = Cloud(self._package, where, self._store)
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _Refusal(context):
            answer = self._instance(context).invoke(request.tok, reveal(from_struct(request.args)))
            return provider_pb2.InvokeResponse(**{"return": to_struct(answer)})  # pyright: ignore[reportArgumentType] - a keyword

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _Refusal(context):
            olds, news = from_struct(request.olds), from_struct(request.news)
            inputs, found = self._instance(context).check(request.urn, olds, news, request.randomSeed)
            return _check_response(to_struct(inputs), found)

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _Refusal(context):
            old_inputs, olds, news = map(from_struct, (request.old_inputs, request.olds, request.news))
            return _diff_response(self._instance(context).diff(request.urn, request.id, old_inputs, olds, news))

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _Refusal(context):
            inputs = from_struct(request.properties)
            id, outputs = self._instance(context).create(request.urn, inputs, preview=request.preview)
            if not request.preview:
                self._journal.note("create", request.urn)
            return provider_pb2.CreateResponse(id=id, properties=to_struct(outputs))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _Refusal(context):
            inputs, olds = from_struct(request.inputs), from_struct(request.properties)
            id, inputs, outputs = self._instance(context).read(request.urn, request.id, inputs, olds)
            return provider_pb2.ReadResponse(id=id, inputs=to_struct(inputs), properties=to_struct(outputs))

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _Refusal(context):
            old_inputs, olds, news = map(from_struct, (request.old_inputs, request.olds, request.news))
            cloud, preview = self._instance(context), request.preview
            outputs = cloud.update(request.urn, request.id, old_inputs, olds, news, preview=preview)
            if not request.preview:
                self._journal.note("update", request.urn)
            return provider_pb2.UpdateResponse(properties=to_struct(outputs))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _Refusal(context):
            self._instance(context).delete(request.urn, request.id)
            self._journal.note("delete", request.urn)
        return empty_pb2.Empty()

    def _config(self, message: Any) -> Properties:
        return read_config(self._package, from_struct(message))

    def _instance(self, context: grpc.ServicerContext) -> Cloud:
        instance = self._instances.get(context.peer())
        if instance is None:
            raise Refused(f"a call came on a connection on which no {self._package.name} provider was configured")
        return instance


class _Refusal:
    """Turns a `Refused` inside the block into the gRPC error that the engine prints."""

    def __init__(self, context: grpc.ServicerContext):
        self._context = context

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Refused):
            self._context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))


def _check_response(inputs: Any, found: list[tuple[str, str]]) -> Any:
    failures = [provider_pb2.CheckFailure(property=problem[0], reason=spelled(problem)) for problem in found]
    return provider_pb2.CheckResponse(inputs=inputs, failures=failures)


def _diff_response(difference: Difference) -> Any:
    def kind(path: str, change: str) -> Any:
        """Returns the protocol's constant, such as ADD or UPDATE_REPLACE."""
        return getattr(provider_pb2.PropertyDiff, f"{change.upper()}{'_REPLACE' * (path in difference.replaces)}")

    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if difference.changes else provider_pb2.DiffResponse.DIFF_NONE,
        replaces=sorted(difference.replaces),
        diffs=sorted({path.partition(".")[0].partition("[")[0] for path in difference.changes}),
        deleteBeforeReplace=difference.delete_before_replace,
        detailedDiff={
            path: provider_pb2.PropertyDiff(kind=kind(path, change), inputDiff=True)
            for path, change in difference.changes.items()
        },
        hasDetailedDiff=True,
    )


def serve(
    packages: list[Package], store: Store, journal: Journal, interceptors: list[grpc.ServerInterceptor]
) -> tuple[dict[str, int], Callable[[], None]]:
    """Starts a server per package on the loopback; returns package name -> port, and a function that stops them.

    The journal records their operations. Every call passes the interceptors.
    """
    pool = futures.ThreadPoolExecutor(THREADS, thread_name_prefix="sandbox")
    options = [("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.max_send_message_length", MESSAGE_BYTES)]
    ports: dict[str, int] = {}
    servers: list[grpc.Server] = []
    for package in packages:
        server = grpc.server(pool, options=options, interceptors=interceptors)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(package, store, journal), server)
        ports[package.name] = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)

    def stop() -> None:
        for server in servers:
            server.stop(grace=None)
        pool.shutdown(cancel_futures=True)

    return ports, stop
