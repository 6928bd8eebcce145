import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** The same commands and answers as data/serve.h. */
final class Serve {
  interface Command {
    void run(String[] words) throws Exception;
  }

  static void serve(Map<String, Command> commands) throws Exception {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.split(" ");
      commands.get(words[0]).run(Arrays.copyOfRange(words, 1, words.length));
      System.out.println("done");
      System.out.flush();
    }
  }

  static void say(String name, double value) {
    System.out.println(name + " " + String.format(Locale.ROOT, "%.6g", value));
  }

  /** Values of a field of a line. */
  static String[] values(String field) {
    return field.isEmpty() ? new String[0] : field.split(" ");
  }

  /** Seconds of each of many steps. */
  static final class Times {
    interface Step {
      void run() throws Exception;
    }

    private double[] steps = new double[1024];
    private int size;
    double total;

    void measure(Step step) throws Exception {
      long begun = System.nanoTime();
      step.run();
      double took = (System.nanoTime() - begun) / 1e9;
      total += took;
      if (size == steps.length) steps = Arrays.copyOf(steps, size * 2);
      steps[size++] = took;
    }

    void print() {
      double[] sorted = Arrays.copyOf(steps, size);
      Arrays.sort(sorted);
      say("p50_ms", 1e3 * sorted[(int) (0.5 * (size - 1))]);
      say("p99_ms", 1e3 * sorted[(int) (0.99 * (size - 1))]);
      say("p999_ms", 1e3 * sorted[(int) (0.999 * (size - 1))]);
      say("steps", size);
      say("per_second", size / total);
    }

    int size() {
      return size;
    }
  }
}
