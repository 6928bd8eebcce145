"""Every rpc of both services, by nine callers, about what is public, what is a draft, what is others',
and others' drafts: each is answered by what its method's access option and whose it is say."""

import concurrent.futures
import unittest

import grpc

import access_world
import shared
import steps
from access_recipes import methods, recipe_of, sees
from nine_callers import NineCallers
from tokens import Issuer
from waiting import eventually


class AccessMatrixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        issuer = Issuer()
        cls.addClassCleanup(issuer.close)
        cls.callers = NineCallers(issuer)
        settings = cls.callers.settings(issuer)
        cls.stack = shared.new_stack(catalogue_settings=settings, notification_settings=settings)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        cls.world = access_world.build(cls.stack, cls.callers)
        cls.callers.subscribe(cls.stack)
        cls.world.update(access_world.build_notification(cls.stack, cls.callers))
        steps.create_cluster(cls.stack, regions=[], sectors=[])     # which both subscribers hear of
        for kind, target in cls.world["Subscriber"].items():
            found = eventually(lambda: steps.deliveries(cls.stack, parent=target.name),
                               "there is a delivery")
            cls.world["Delivery"][kind] = access_world.Target(found[0].name, set(),
                                                              target.owners, target.parent)

    def recipes(self):
        for method in methods():
            recipe = recipe_of(method, self.world)
            if recipe is None:
                self.fail(f"no recipe for {method.full_name}: say in access_recipes.py how it is "
                          "asked, and in access_world.py what about")
            yield recipe

    def stub(self, method):
        client = (self.stack.notification if ".notification." in method.full_name
                  else self.stack.catalogue).client
        return getattr(getattr(client, method.containing_service.name.removesuffix("Service")),
                       method.name)

    def ask(self, recipe, caller, target):
        """The code's name, and the answer. Some is done one at a time: then it is asked again."""
        def answer():
            found = self.ask_once(recipe, caller, target)
            return None if found[0] in ("RESOURCE_EXHAUSTED", "UNAVAILABLE") else found
        return eventually(answer, f"{recipe.name} is done")

    def ask_once(self, recipe, caller, target):
        request, method = recipe.request(target), recipe.method
        call = self.stub(method)
        try:
            if method.client_streaming or method.server_streaming:
                stream = call(iter([request]) if method.client_streaming else request, timeout=10,
                              metadata=caller.metadata)
                return "OK", next(iter(stream), None)
            return "OK", call(request, timeout=10, metadata=caller.metadata)
        except grpc.RpcError as error:
            return error.code().name, error.details()

    def cells(self):
        for recipe in self.recipes():
            targets = {"": None} if recipe.noun is None else self.world[recipe.noun]
            for kind, target in targets.items():
                for caller in self.callers:
                    yield recipe, kind, target, caller

    def test_every_method_states_who_may_call_it(self):
        self.assertEqual([recipe.name for recipe in self.recipes() if not recipe.access], [])

    def test_every_cell_is_answered_as_the_option_and_the_owner_say(self):
        def check(cell):
            recipe, kind, target, caller = cell
            expected = recipe.expected(caller, target)
            code, answer = self.ask(recipe, caller, target)
            if code == expected:
                return None
            return f"{recipe.name} × {caller} × {kind}: {code} and not {expected}: " + \
                " ".join(str(answer).split())[:200]

        cells = list(self.cells())
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            wrong = [line for line in pool.map(check, cells) if line]
        self.assertEqual(len(wrong), 0, f"{len(wrong)} of {len(cells)} cells:\n" + "\n".join(wrong))
        self.assertGreater(len(cells), 1000)

    def test_a_list_has_what_its_reader_sees_and_nothing_else(self):
        wrong = []
        for recipe, kind, target, caller in self.cells():
            if recipe.rule != "list" or recipe.expected(caller, target) != "OK":
                continue
            request = recipe.request(target)
            request.page_size = 1000
            answer = self.stub(recipe.method)(request, timeout=10, metadata=caller.metadata)
            listed = {one.name for field, values in answer.ListFields()
                      if field.message_type is not None for one in values}
            if (target.name in listed) != sees(caller, target):
                wrong.append(f"{recipe.name} × {caller} × {kind}: {sorted(listed)}")
        self.assertEqual(wrong, [])
